let level05: [Property] = []
