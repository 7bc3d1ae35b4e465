"""`python -m deploy.ec2`, which `script/ec2` runs."""

from deploy.ec2.cli import main

if __name__ == "__main__":
    main(prog_name="script/ec2")
