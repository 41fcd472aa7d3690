"""The yardstick: a user created with nothing around it, by the same packages in the same cores."""
