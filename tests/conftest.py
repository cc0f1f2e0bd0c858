"""Servers and fixtures for all tests."""
