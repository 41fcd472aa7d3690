"""Ends the living connections of users who are gone; `python -m country_api.cutting` tells whether
this machine can do that.
"""
