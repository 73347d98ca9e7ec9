export { Engine } from './engine';
export { HANDLINGS } from './job/job';
export type { HandlingRequest } from './job/handling';
export type { FailureGroup } from './job/failure-group';
export { pinIdIn } from './job/pin-id';
export { previewOf, previewSentence } from './job/preview';
export type { Preview } from './job/preview';
export type { BulkAnswer, BulkOptions, BulkProgress, Chosen, SoFar } from './work/bulk-requeue';
export type { GroupFilter } from './work/failures';
export type { RequeueOptions } from './work/desk';
export type {
	AccountView, Actor, Correction, EnqueueResult, Finding, Health, Received, ServedAccount, Subscription, Verdict,
} from './engine';
export type { EngineConfig, PaceSettings, RedisSettings } from './config';
export { EngineError, ERROR_TABLE, isEngineError } from './errors';
export type { EngineErrorCode } from './errors';
export { EVENT_TYPES, JOB_EVENT_TYPES, ACCOUNT_EVENT_TYPES } from './job/event';
export type { EventType } from './job/event';
export { ERROR_CLASSES, JOB_STATES, QUEUE_NAMES } from './job/job';
export type { ErrorClass, JobState, Media, QueueName } from './job/job';
export { APP, HOLD_KINDS } from './job/hold';
export type { HoldKind, Incident } from './job/hold';
export type { PublishRequest } from './job/request';
export type { JobView } from './job/view';
export { PACE_PRESETS } from './pace/presets';
export type { AccessToken, Board, TokenCheck, TokenSource } from './publish/contract';
export type { JobFilter } from './store/job-store';
