"""Counters of one service in Prometheus' format, in a registry of its own."""

from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector


class Metrics:
    """`registry` also takes the service's own counters."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests_total",
            "Requests by view and status",
            ["service", "view", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "http_request_seconds",
            "Time to answer, by view",
            ["service", "view"],
            registry=self.registry,
        )
        self._service = service
        self._asked: list[Collector] = []

    def ask(self, collector: Collector) -> None:
        """Its figures are asked for at each scrape: they are not counted by this process."""
        self._asked.append(collector)

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)

    def page(self) -> bytes:
        """What this process has counted, or all workers together where there are several."""
        everywhere = CollectorRegistry()
        try:
            MultiProcessCollector(everywhere)  # type: ignore[no-untyped-call]  # it has none
        except ValueError:  # its folder is set (common/gunicorn_conf.py) only for several
            return generate_latest(self.registry) + self._asked_page()
        return generate_latest(everywhere) + self._asked_page()

    def _asked_page(self) -> bytes:
        registry = CollectorRegistry()
        for collector in self._asked:
            registry.register(collector)
        return generate_latest(registry)

    def install(self, app: Flask) -> None:
        def begin() -> None:
            g.began = perf_counter()

        def end(response: Response) -> Response:
            view = request.endpoint or "none"
            self._requests.labels(self._service, view, response.status_code).inc()
            if "began" in g:
                self._seconds.labels(self._service, view).observe(perf_counter() - g.began)
            return response

        app.before_request_funcs.setdefault(None, []).insert(0, begin)
        app.after_request(end)
