"""One author: everything they sent, how it fared, and the rules about them."""
