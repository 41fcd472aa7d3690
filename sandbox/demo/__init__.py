"""The demo: a customer's whole path, played from outside and checked step by step."""
