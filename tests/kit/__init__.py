"""What tests share: the cast and the world they live in, webhooks as the provider sends them, a clock that stands still."""
