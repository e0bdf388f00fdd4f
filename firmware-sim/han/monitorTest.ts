/** One message between host and stick: first command octet (kind and subsystem), second, data. */
export interface MtMessage {
  readonly head: number;
  readonly command: number;
  readonly data: Buffer;
}

/** 0xFE, length, both command octets, data, exclusive or of everything between. */
export function serialiseMt({ head, command, data }: MtMessage): Buffer {
  const frame = Buffer.alloc(data.length + 5);
  frame.writeUInt8(0xfe, 0);
  frame.writeUInt8(data.length, 1);
  frame.writeUInt8(head, 2);
  frame.writeUInt8(command, 3);
  data.copy(frame, 4);
  let check = 0;
  for (let at = 1; at < frame.length - 1; at++) check ^= frame.readUInt8(at);
  frame.writeUInt8(check, frame.length - 1);
  return frame;
}

/** What a stick's own parser makes of a heap of octets; a frame with a bad check is dropped whole. */
export function splitMt(bytes: Buffer): { readonly messages: readonly MtMessage[]; readonly rest: Buffer } {
  const messages: MtMessage[] = [];
  let at = bytes.indexOf(0xfe);
  while (at >= 0 && bytes.length - at >= 5) {
    const end = at + 5 + bytes.readUInt8(at + 1);
    if (end > bytes.length) break;
    const frame = bytes.subarray(at, end);
    const message = {
      head: frame.readUInt8(2),
      command: frame.readUInt8(3),
      data: Buffer.from(frame.subarray(4, -1)),
    };
    if (serialiseMt(message).equals(frame)) messages.push(message);
    at = bytes.indexOf(0xfe, end);
  }
  return { messages, rest: at < 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at)) };
}
