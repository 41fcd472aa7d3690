"""The load generator: locust, in a process of its own, since gevent patches whatever it meets."""
