"""Fixtures that every test may use."""

from hypothesis import settings

pytest_plugins = ["tests.support.database"]

settings.register_profile("calm", deadline=None)  # a busy machine is slow, and no test is about seconds
settings.load_profile("calm")
