"""Apps that take a personal link, by the system they run on."""

from dataclasses import dataclass

from common.i18n.texts import deferred


@dataclass(frozen=True)
class App:
    name: str
    url: str


@dataclass(frozen=True)
class Platform:
    """`steps` are told after the app is installed; the first of `apps` is what they describe."""

    name: str
    apps: tuple[App, ...]
    steps: str


_MOBILE = deferred(
    "2. Copy your personal link: “Connect” → “Copy the link”.\n"
    "3. Open {app}, press <b>+</b> and choose to add from the clipboard.\n"
    "4. Choose a region and press the big button. Done!"
)
_DESKTOP = deferred(
    "2. Copy your personal link: “Connect” → “Copy the link”.\n"
    "3. Open {app}, press <b>New profile</b> and then <b>Add from clipboard</b>.\n"
    "4. Choose a region and press the big button. Done!"
)

HIDDIFY_DESKTOP = App("Hiddify", "https://github.com/hiddify/hiddify-app/releases/latest")
V2RAYN = App("v2rayN", "https://github.com/2dust/v2rayN/releases/latest")

PLATFORMS = {
    "ios": Platform(
        "iPhone, iPad",
        (
            # v2RayTun was taken out of Russia's App Store in March 2026
            App("Happ", "https://apps.apple.com/app/happ-proxy-utility/id6504287215"),
            App("v2RayTun", "https://apps.apple.com/app/v2raytun/id6476628951"),
        ),
        _MOBILE,
    ),
    "android": Platform(
        "Android",
        (
            App("v2RayTun", "https://play.google.com/store/apps/details?id=com.v2raytun.android"),
            App("Happ", "https://play.google.com/store/apps/details?id=com.happproxy"),
        ),
        _MOBILE,
    ),
    "windows": Platform("Windows", (HIDDIFY_DESKTOP, V2RAYN), _DESKTOP),
    "macos": Platform("macOS", (HIDDIFY_DESKTOP, V2RAYN), _DESKTOP),
    "linux": Platform("Linux", (HIDDIFY_DESKTOP, V2RAYN), _DESKTOP),
}
