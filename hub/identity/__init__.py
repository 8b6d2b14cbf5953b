"""Who asks, and for what purpose: signed tokens, actors, declared purposes."""
