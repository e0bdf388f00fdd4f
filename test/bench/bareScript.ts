// The least that does the job: on a message one register is written, each second one meter is read. No limits,
// no check of what came, no record, no reconnecting. What everything else is measured against.
import { connect as connectSocket } from 'node:net';
import modbus from 'jsmodbus';
import { connect } from 'mqtt';

const [brokerUrl = '', topic = '', port = '0'] = process.argv.slice(2);

const chargePointSocket = connectSocket({ host: '127.0.0.1', port: Number(port), noDelay: true });
const chargePoint = new modbus.client.TCP(chargePointSocket, 255);
const meterSocket = connectSocket({ host: '127.0.0.1', port: Number(port), noDelay: true });
const meter = new modbus.client.TCP(meterSocket, 1);

const client = connect(brokerUrl);
client.on('connect', () => client.subscribe(topic, { qos: 1 }));
client.on('message', (_topic, payload) => {
  const { ceiling } = JSON.parse(payload.toString());
  void chargePoint.writeSingleRegister(5004, Math.round(ceiling * 1000));
});
setInterval(() => void meter.readInputRegisters(0, 18), 1_000);
