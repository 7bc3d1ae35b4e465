"""Tests of people, sign-in and links."""
