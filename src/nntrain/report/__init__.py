"""What a person sees: the head, the epochs and the end of a run, evaluations, and the network at a glance."""
