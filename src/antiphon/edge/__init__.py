"""The edge: webhooks taken in and made durable before they are answered; live streams beside them."""
