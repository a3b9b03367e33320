"""What runs inside containers and local workers: fetch, call the function, publish only on success.

Never imports upward: this package, `events`, `storage` and `vision` go into images without click, rich, kubernetes or
boto3, and a test holds that.
"""
