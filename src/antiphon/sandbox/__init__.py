"""The CM sandbox: plays CM from the outside, over real HTTP, with a campaign tool and a wall of handsets. Not part of the line."""
