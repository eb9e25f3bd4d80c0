// Sessions of autobahn-js, over WebSocket (ws://…) and RawSocket (tcp://…).
import autobahn from 'autobahn';
import { Inbox, realm as defaultRealm, serializer as defaultSerializer, url as defaultURL } from './harness.mjs';

export { autobahn };

// The client talks to the console about every connection that ends.
autobahn.log.warn = () => {};

const serializers = {
    json: autobahn.serializer.JSONSerializer,
    msgpack: autobahn.serializer.MsgpackSerializer,
    cbor: autobahn.serializer.CBORSerializer,
};

/** Joins and returns the session; `afterwards` gets what leaves again. */
export async function join(afterwards, options = {}) {
    const { url = defaultURL, serializer = defaultSerializer, realm = defaultRealm } = options;
    const connection = new autobahn.Connection({
        realm,
        transports: [transport(url)],
        serializers: [new serializers[serializer]()],
        max_retries: 0,
        retry_if_unreachable: false,
        on_user_error: () => {},
        on_internal_error: (error) => console.error('autobahn:', error),
    });
    const closed = new Promise((resolve) => {
        connection.onclose = (reason, details) => {
            resolve({ reason, details });
            return true;
        };
    });
    const [session, welcome] = await new Promise((resolve, reject) => {
        connection.onopen = (session, details) => resolve([session, details]);
        closed.then(reject);
        connection.open();
    });
    const leave = async () => {
        if (connection.isConnected) {
            connection.close();
        }
        return closed;
    };
    afterwards(leave);
    return Object.assign(session, { welcome, connection, closed, away: leave });
}

function transport(url) {
    if (url.startsWith('tcp:')) {
        const { hostname, port } = new URL(url);
        return { type: 'rawsocket', host: hostname, port: Number(port) };
    }
    return { type: 'websocket', url };
}

/** Subscribes, and returns the inbox of events with the subscription in it. */
export async function listen(session, topic, options) {
    const inbox = new Inbox();
    inbox.subscription = await session.subscribe(topic, (args, kwargs, details) => {
        inbox.push({ args, kwargs, details });
    }, options);
    return inbox;
}

/** Registers a procedure that answers what it was called with, as arguments and keyword arguments. */
export function echo(session, procedure, options) {
    return session.register(procedure, (args, kwargs) => new autobahn.Result(args, kwargs), options);
}
