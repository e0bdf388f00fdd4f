"""A Modbus TCP slave of pymodbus that serves register images, one after the other.

Prints {"port": n} when it listens. Each line on its input is an image by area: co coils, di discrete inputs, hr holding
registers, ir input registers, each by address; it is served from the answer {"served": true} on. Addresses that an
image has not are refused. Ends with its input.
"""

import asyncio
import json
import logging
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server.async_io import ModbusTcpServer

AREAS = {"co": "c", "di": "d", "hr": "h", "ir": "i"}

# It speaks of each refusal, and refusals are part of the test.
logging.disable(logging.CRITICAL)


async def main():
    blocks = {area: ModbusSparseDataBlock({}) for area in AREAS}
    slave = ModbusSlaveContext(zero_mode=True, **blocks)
    context = ModbusServerContext(slaves=slave, single=True)
    server = ModbusTcpServer(context, address=("127.0.0.1", 0))
    task = asyncio.ensure_future(server.serve_forever())
    await server.serving
    tell({"port": server.server.sockets[0].getsockname()[1]})
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        image = json.loads(line)
        for area in AREAS:
            values = image.get(area, {})
            blocks[area].values = {int(address): value for address, value in values.items()}
        tell({"served": True})
    task.cancel()


def tell(answer):
    print(json.dumps(answer), flush=True)


asyncio.run(main())
