"""What an operator needs: health, backups."""
