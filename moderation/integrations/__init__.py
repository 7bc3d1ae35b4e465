"""What leaves the system: webhooks and mails, delivered from the outbox."""
