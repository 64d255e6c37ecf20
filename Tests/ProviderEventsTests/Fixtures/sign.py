"""Signs as the providers do, independently of Postrider: with Python's own hmac and json, and openssl for RSA and ECDSA.

    sign.py sns KEY.pem VERSION MESSAGE.json    the message with its Signature
    sign.py sendgrid KEY.pem TIME BODY          the signature in base64
    sign.py mailgun KEY TIME TOKEN              the signature in hexadecimal
"""
import base64
import hashlib
import hmac
import json
import subprocess
import sys


def openssl(digest, key, data):
    command = ["openssl", "dgst", "-" + digest, "-sign", key]
    return base64.b64encode(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout).decode()


def sns(key, version, path):
    with open(path) as file:
        message = json.load(file)
    if message["Type"] == "Notification":
        names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    else:
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join("%s\n%s\n" % (name, message[name]) for name in names if name in message)
    message["SignatureVersion"] = version
    message["Signature"] = openssl({"1": "sha1", "2": "sha256"}[version], key, text.encode())
    return json.dumps(message)


def sendgrid(key, time, path):
    with open(path, "rb") as file:
        return openssl("sha256", key, time.encode() + file.read())


def mailgun(key, time, token):
    return hmac.new(key.encode(), (time + token).encode(), hashlib.sha256).hexdigest()


sys.stdout.write({"sns": sns, "sendgrid": sendgrid, "mailgun": mailgun}[sys.argv[1]](*sys.argv[2:]))
