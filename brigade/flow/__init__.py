"""How messages flow: paused actors, queues, rates."""
