let level09: [Property] = []
