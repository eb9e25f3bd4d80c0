// Sessions of wampy, over WebSocket.
import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import {
    Inbox, realm as defaultRealm, serializer as defaultSerializer, url as defaultURL, WebSocket,
} from './harness.mjs';

const serializers = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };

/** Joins and returns the client; `afterwards` gets what leaves again. */
export async function join(afterwards, options = {}) {
    const { url = defaultURL, serializer = defaultSerializer, realm = defaultRealm } = options;
    const client = new Wampy(url, {
        realm,
        ws: WebSocket,
        serializer: new serializers[serializer](),
        autoReconnect: false,
    });
    const welcome = await client.connect();
    afterwards(async () => client.getSessionId() && client.disconnect());
    return Object.assign(client, { welcome, id: client.getSessionId() });
}

/** Subscribes, and returns the inbox of events with the answer of the client in it. */
export async function listen(client, topic, options) {
    const inbox = new Inbox();
    inbox.subscription = await client.subscribe(topic, (event) => inbox.push(event), options);
    return inbox;
}

/** Registers a procedure that answers what it was called with. */
export function echo(client, procedure, options) {
    return client.register(procedure, ({ argsList, argsDict }) => ({ argsList, argsDict }), options);
}
