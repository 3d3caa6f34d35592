"""Ships documents with the official client: bulk.py URL CA_FILE TOKEN INDEX. Prints what it is told, as JSON."""

import collections
import json
import sys

from elasticsearch import Elasticsearch, helpers

url, ca_file, token, index = sys.argv[1:]
client = Elasticsearch(url, ca_certs=ca_file, basic_auth=("any", token), request_timeout=60)


def document(number):
    return {
        "RequestId": f"py-{number}",
        "Action": "IdCardVerification",
        "Timestamp": 1795502216382 + number,
        "Request": {"Name": "张三", "Phone": f"1380013{number:04}"},
    }


actions = [
    {
        "_op_type": "create" if number % 2 else "index",
        "_index": index,
        "_id": f"doc-{number}",
        **document(number),
    }
    for number in range(1000)
]
told = {"version": client.info()["version"]["number"]}
told["stored"], told["refused"] = helpers.bulk(client, actions, chunk_size=300)
# Once more, as after a lost answer: `index` writes anew, `create` finds its own.
told["again"] = collections.Counter(
    result["status"]
    for _, item in helpers.streaming_bulk(client, actions, chunk_size=1000, raise_on_error=False)
    for result in item.values()
)
mixed = [
    {"_op_type": "index", "_index": index, "_id": "11010519491231002X", **document(1000)},
    {"_op_type": "index", "_index": "Not-A-Name", "_id": "x", **document(1001)},
    {"_op_type": "delete", "_index": index, "_id": "doc-1"},
]
told["items"] = [
    [ok, *((name, result["_index"], result["_id"], result["status"]) for name, result in item.items())]
    for ok, item in helpers.streaming_bulk(client, mixed, raise_on_error=False)
]
told["one"] = client.index(index=index, id="single", document=document(1002))["result"]
print(json.dumps(told))
