import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { type ReceiptMessage, receiptSchema } from '../../../src/contract/receipt.ts';
import { topicOf } from '../../../src/contract/topics.ts';
import type { Identity } from '../../support/processes/pki.ts';
import type { TestBed } from '../../support/processes/testBed.ts';

/** Hears the receipts of all gateways beside the desk. @returns those that came so far, in their order */
export async function watchReceipts(
  bed: TestBed,
  url: string,
  identity: Identity,
): Promise<readonly ReceiptMessage[]> {
  const receipts: ReceiptMessage[] = [];
  const client = await mqtt.connectAsync(url, {
    protocolVersion: 5,
    clientId: 'watch',
    ca: readFileSync(identity.certificateAuthorityFile),
    cert: readFileSync(identity.certificateFile),
    key: readFileSync(identity.keyFile),
  });
  bed.onClose(() => client.endAsync(true));
  client.on('message', (_topic, payload) => {
    const { jws } = JSON.parse(payload.toString()).body;
    const said = JSON.parse(Buffer.from(jws.split('.')[1], 'base64url').toString());
    if (said.schema === 'loadgate.receipt/1') receipts.push(receiptSchema.parse(said));
  });
  await client.subscribeAsync(topicOf('+', 'receipts'), { qos: 1 });
  return receipts;
}
