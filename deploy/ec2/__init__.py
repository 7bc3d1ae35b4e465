"""Evenkeel on EC2: what `script/ec2` does, over boto3 and one CloudFormation template."""
