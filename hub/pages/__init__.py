"""The few pages that people look at: how they are made, and what the hub tells them of itself."""
