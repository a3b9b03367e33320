"""maskflow: deploy serverless workflows whose raw data must stay at home."""

__version__ = "0.1.0"
