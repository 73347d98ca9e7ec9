import type { FailureRow } from '../failure-row';

const SECOND = 1000, MINUTE = 60 * SECOND;
const beforeSending = ['nothing', 'connected'] as const;

/** The call never got an answer, or got one that says nothing of the Pin. */
export const NETWORK = [
	{
		code: 'permit_refused',
		// The codes of our own HTTPS call: the time to send had passed, or the permit was not given.
		match: [{ on: ['create', 'media', 'upload'], reached: beforeSending, fault: /^(send_refused|abandoned)$/ }],
		outcome: 'not_sent', class: 'retry', queue: 'ops', about: 'app',
		hint: 'The worker had no time left to send safely. If this repeats, the machine is overloaded: give it more memory or fewer accounts.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'proxy_refused',
		match: [
			{ on: ['create', 'media', 'upload'], reached: beforeSending, fault: /^proxy_refused$/ },
			{ on: ['create', 'media', 'upload'], status: [407, 407] },
		],
		outcome: 'not_sent', class: 'retry_later', queue: 'engineering', about: 'app',
		hint: 'The proxy of HTTPS_PROXY refuses the connection to Pinterest. Check its address and password, or add api.pinterest.com to NO_PROXY.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'tls_failed',
		match: [{
			on: ['create', 'media', 'upload'], reached: beforeSending,
			fault: /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/,
		}],
		outcome: 'not_sent', class: 'retry', delay: { baseMs: 5 * SECOND, capMs: 5 * MINUTE, attempts: 3 }, queue: 'engineering', about: 'app',
		hint: 'The certificate of Pinterest is not trusted here. Check the clock of the machine, its CA certificates (NODE_EXTRA_CA_CERTS) and any proxy in between.',
		clientMessage: 'Not published: a technical fault on our side.', fix: [],
	},
	{
		code: 'network_unreachable',
		match: [{ on: ['create', 'media', 'upload'], reached: ['nothing'] }],
		outcome: 'not_sent', class: 'retry', queue: 'ops', about: 'app',
		hint: 'The worker cannot reach Pinterest. Check DNS, firewall and network of the machine that runs it.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'connection_lost_before_send',
		match: [{ on: ['create', 'media', 'upload'], reached: ['connected'] }],
		outcome: 'not_sent', class: 'retry', queue: 'ops', about: 'app',
		hint: 'Connections to Pinterest break before anything is sent. Check network and proxy of the machine that runs the worker.',
		clientMessage: 'Not published yet; it will be tried again.', fix: [],
	},
	{
		code: 'response_timeout',
		match: [{ on: ['create'], reached: ['sent'], fault: /timeout|timedout|abort/i }],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'Pinterest did not answer in time. Nothing to do yet: the board is being read to see whether the Pin exists.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'connection_lost',
		match: [{ on: ['create'], reached: ['sent'] }],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'The connection broke while Pinterest was working. Nothing to do yet: the board is being read to see whether the Pin exists.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'answer_cut',
		match: [{ on: ['create'], cut: true }],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'Only a part of the answer arrived. Nothing to do yet: the board is being read to see whether the Pin exists.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'answer_unreadable',
		match: [{ on: ['create'], status: [100, 299] }],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'Pinterest answered without the id of a Pin. Nothing to do yet: the board is being read to see whether the Pin exists.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'pinterest_fault',
		// Code 2787 with status 400 has been seen although the Pin was made (public code, 2026-11); 2786 is treated alike.
		match: [
			{ on: ['create'], status: [400, 499], codes: [2787, 2786] },
			{ on: ['create'], status: [400, 599], text: /something went wrong on our end/ },
		],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'Pinterest reports a fault of its own. Nothing to do yet: the board is being read to see whether the Pin exists.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'server_error',
		match: [{ on: ['create'], status: [500, 999] }, { on: ['create'], status: [408, 408] }],
		outcome: 'unknown', class: 'retry', queue: 'ops', about: 'job',
		hint: 'Pinterest has a fault. Nothing to do yet: the board is being read to see whether the Pin exists.',
		clientMessage: 'Being checked: Pinterest has not confirmed the Pin yet.', fix: [],
	},
	{
		code: 'redirected',
		match: [{ on: ['create', 'media'], status: [300, 399] }],
		outcome: 'refused', class: 'stop', queue: 'engineering', about: 'answer',
		hint: 'Pinterest answered with a redirect, which is never followed. Check the base URL of the credential; else the endpoint has moved.',
		clientMessage: 'Not published: a technical fault on our side.', fix: [],
	},
] as const satisfies readonly FailureRow[];
