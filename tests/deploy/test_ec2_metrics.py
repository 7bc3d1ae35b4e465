"""What the worker sends is what the template's alarms watch."""

from moderation.integrations.aws import Server, post
from moderation.integrations.cloudwatch import message
from tests.deploy.test_ec2_template import resources


def test_cloudwatch_takes_the_form_and_the_alarms_watch_those_names(aws, aws_address, template):
    server = Server("i-0123", "eu-west-1", "amazonaws.com", "testing", "testing", "a-token")
    names = {"MemoryUsedPercent", "DiskUsedPercent"}
    form = message("Evenkeel", "i-0123", dict.fromkeys(names, 61.25))
    post(server, "monitoring", form, aws_address + "/")
    metrics = aws("cloudwatch").list_metrics(Namespace="Evenkeel")["Metrics"]
    assert {metric["MetricName"] for metric in metrics} == names
    assert metrics[0]["Dimensions"] == [{"Name": "InstanceId", "Value": "i-0123"}]
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    assert {a["MetricName"] for a in alarms if a["Namespace"] == "Evenkeel"} == names
