"""Tests of the published clients and of what generates them."""
