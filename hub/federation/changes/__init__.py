"""What changes for clients from one schema to another, and which of their operations feel it."""
