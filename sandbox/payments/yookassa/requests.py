"""What a shop may ask for: bodies of the POST calls, checked field by field as YooKassa does."""

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from sandbox.payments.money import parse_sum
from sandbox.payments.yookassa.errors import bad_request

Currency = Literal[
    "RUB", "EUR", "USD", "KZT", "BYN", "UAH", "UZS", "TRY", "INR", "MDL", "AZN", "AMD"
]


def _is_sum(value: str) -> str:
    parse_sum(value)
    return value


class Amount(BaseModel):
    model_config = ConfigDict(strict=True)

    value: Annotated[str, Field(pattern=r"^\d+(\.\d{1,2})?$"), AfterValidator(_is_sum)]
    currency: Currency

    @property
    def kopecks(self) -> int:
        return parse_sum(self.value)


class Confirmation(BaseModel):
    type: Literal["redirect"]
    return_url: str = Field(min_length=1, max_length=2048, pattern=r"^(https?|tg)://")


class Customer(BaseModel):
    email: str = ""
    phone: str = ""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not self.email and not self.phone:
            raise ValueError("customer must have email or phone")
        return self


class ReceiptItem(BaseModel):
    description: str = Field(min_length=1, max_length=128)
    quantity: float = Field(gt=0)
    amount: Amount
    vat_code: int = Field(ge=1, le=12)


class Receipt(BaseModel):
    customer: Customer
    items: list[ReceiptItem] = Field(min_length=1, max_length=100)

    def total(self) -> int:
        return sum(round(item.amount.kopecks * item.quantity) for item in self.items)


class NewPayment(BaseModel):
    amount: Amount
    capture: Annotated[bool, Field(strict=True)] = False
    description: str = Field(default="", max_length=128)
    confirmation: Confirmation | None = None
    metadata: dict[
        Annotated[str, Field(max_length=32)],
        Annotated[str, Field(max_length=512, strict=True)],
    ] = Field(default_factory=dict, max_length=16)
    save_payment_method: bool = False
    payment_method_id: str = ""
    receipt: Receipt | None = None

    @model_validator(mode="after")
    def _is_payable(self) -> Self:
        if not self.payment_method_id and self.confirmation is None:
            raise ValueError("confirmation is required without payment_method_id")
        if self.receipt is not None and self.receipt.total() != self.amount.kopecks:
            raise ValueError("the sum of receipt items differs from the amount")
        return self


class NewCapture(BaseModel):
    amount: Amount | None = None


class NewRefund(BaseModel):
    payment_id: str = Field(min_length=36, max_length=36)
    amount: Amount
    description: str = Field(default="", max_length=250)


_Body = TypeVar("_Body", bound=BaseModel)


def parse_body(model: type[_Body], raw: Any) -> _Body:
    """Raises YooKassaError 400 naming the first parameter at fault."""
    if not isinstance(raw, dict):
        raise bad_request("The body must be a JSON object")
    try:
        return model.model_validate(raw)
    except ValidationError as trouble:
        first = trouble.errors(include_url=False, include_input=False)[0]
        parameter = ".".join(str(step) for step in first["loc"])
        raise bad_request(first["msg"], parameter) from None
