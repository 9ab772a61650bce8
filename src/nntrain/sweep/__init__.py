"""Hyper-parameter search: many runs of one config, each with other values, by processes that may be killed at any time."""
