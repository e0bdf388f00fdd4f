"""A Modbus master of pymodbus. Each line on its input is a request, each line of its output the words or bits of the answer.

{"host", "port"} or {"path", "baudRate", "parity", "stopBits"}, with "unit", "function" (1 to 4), "address", "count".
"""

import json
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient


def connect(request):
    if "host" in request:
        return ModbusTcpClient(request["host"], port=request["port"], timeout=5)
    return ModbusSerialClient(
        request["path"],
        baudrate=request["baudRate"],
        parity=request["parity"][0].upper(),
        stopbits=request["stopBits"],
        timeout=5,
    )


def ask(client, request):
    read = {
        1: client.read_coils,
        2: client.read_discrete_inputs,
        3: client.read_holding_registers,
        4: client.read_input_registers,
    }[request["function"]]
    answer = read(request["address"], request["count"], slave=request["unit"])
    if answer.isError():
        return {"error": str(answer)}
    if request["function"] <= 2:
        return {"words": [int(bit) for bit in answer.bits[: request["count"]]]}
    return {"words": answer.registers}


for line in sys.stdin:
    wanted = json.loads(line)
    client = connect(wanted)
    client.connect()
    try:
        print(json.dumps(ask(client, wanted)), flush=True)
    finally:
        client.close()
