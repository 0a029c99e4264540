"""Drives a running twin with boto3 as it is installed, and prints what it saw as one JSON document.

The endpoint and the credentials are in the environment, the names of the stack in the first argument.
"""

import io
import json
import sys
import time
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = "boto3"
PART = 5 * 2**20
stack = json.loads(sys.argv[1])


def fetch(url, method="GET", data=None):
    # Without a type of its own, urllib names one that is not signed.
    request = urllib.request.Request(url, method=method, data=data, headers={"Content-Type": ""})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def objects():
    s3 = boto3.client("s3")
    for _ in range(2):
        s3.create_bucket(Bucket=BUCKET, ACL="private")
    key = "a folder/Zürich+1.txt"
    usual = {"ACL": "private", "StorageClass": "STANDARD", "ServerSideEncryption": "AES256"}
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"hello", Metadata={"from": "boto3"}, **usual)
    read = s3.get_object(Bucket=BUCKET, Key=key)
    # Larger bodies wait for 100 Continue.
    s3.put_object(Bucket=BUCKET, Key="continued", Body=b"x" * 3 * 2**20)
    in_parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    body = bytes(range(256)) * (11 * 2**12)
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "parts", Config=in_parts)
    s3.copy({"Bucket": BUCKET, "Key": "parts"}, BUCKET, "copied", Config=in_parts)
    copied = io.BytesIO()
    s3.download_fileobj(BUCKET, "copied", copied, Config=in_parts)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2})
    buckets = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
    signed = {}
    for name, client in {"default": s3, "s3v4": boto3.client("s3", config=Config(signature_version="s3v4"))}.items():
        at = {"Bucket": BUCKET, "Key": f"signed-{name}"}
        fetch(client.generate_presigned_url("put_object", Params=at), "PUT", b"body")
        signed[name] = fetch(client.generate_presigned_url("get_object", Params=at))
    return {
        "read": read["Body"].read().decode(),
        "metadata": read["Metadata"],
        "encryption": read["ServerSideEncryption"],
        "copied": copied.getvalue() == body,
        "listed": [each["Key"] for page in pages for each in page["Contents"]],
        "buckets": [each["Name"] for page in buckets for each in page["Buckets"]],
        "signed": signed,
    }


def stream():
    firehose = boto3.client("firehose")
    record = {"Data": json.dumps({"trip_id": "boto3"}).encode()}
    put = firehose.put_record_batch(DeliveryStreamName=stack["stream"], Records=[record])
    described = firehose.describe_delivery_stream(DeliveryStreamName=stack["stream"])
    return [put["FailedPutCount"], described["DeliveryStreamDescription"]["DeliveryStreamStatus"]]


def query():
    client = boto3.client("redshift-data")
    where = {"WorkgroupName": stack["workgroup"], "Database": stack["database"]}
    sql = "SELECT 9007199254740993::bigint, :word AS word, NULL::int, 1.5::float8, true"
    statement = client.execute_statement(**where, Sql=sql, Parameters=[{"name": "word", "value": "x"}])
    until(lambda: client.describe_statement(Id=statement["Id"])["Status"] == "FINISHED")
    return client.get_statement_result(Id=statement["Id"])["Records"]


def execution():
    client = boto3.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=stack["state_machine_arn"], input='{"plan": true}')["executionArn"]
    until(lambda: client.describe_execution(executionArn=arn)["status"] != "RUNNING")
    events = client.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)["events"]
    return events[0]["type"]


def unknown():
    try:
        boto3.client("eks").list_clusters()
    except ClientError as error:
        return [error.response["Error"]["Code"], 'no service "eks"' in str(error)]


def until(condition):
    while not condition():
        time.sleep(0.05)


print(json.dumps({each.__name__: each() for each in [objects, stream, query, execution, unknown]}))
