/**
 * The certificate of every service in services.ts, made for these tests alone; valid for a hundred years. It vouches for
 * slack.com, *.slack.com, *.airtable.com, *.googleapis.com, *.github.com, *.atlassian.net, *.myshopify.com, *.pagerduty.com,
 * *.postmarkapp.com, shop.example and *.shop.example: another host needs another one (openssl req -x509 with these as subjectAltName).
 */
export const SERVICES_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICKzCCAdKgAwIBAgIUcf9thUhz4yhC0xDUtU947nFDuxQwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSc2VydmljZXMgb2Ygb3RoZXJzMCAXDTI2MTEyODA1NDI1MFoY
DzIxMjYxMTA0MDU0MjUwWjAdMRswGQYDVQQDDBJzZXJ2aWNlcyBvZiBvdGhlcnMw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATv5IQ8qN43XkZg2tUdwFo3ov2pb7JX
BdeUK9hrylmTVhee5zNpWqTWfNv69PemHDDyfat/CielOsmHi1AEre9Ho4HtMIHq
MA8GA1UdEwEB/wQFMAMBAf8wgbcGA1UdEQSBrzCBrIIJc2xhY2suY29tggsqLnNs
YWNrLmNvbYIOKi5haXJ0YWJsZS5jb22CECouZ29vZ2xlYXBpcy5jb22CDCouZ2l0
aHViLmNvbYIPKi5hdGxhc3NpYW4ubmV0gg8qLm15c2hvcGlmeS5jb22CDyoucGFn
ZXJkdXR5LmNvbYIRKi5wb3N0bWFya2FwcC5jb22CDHNob3AuZXhhbXBsZYIOKi5z
aG9wLmV4YW1wbGUwHQYDVR0OBBYEFA/AGe7d7/oosTSJq/B82SpJkkC6MAoGCCqG
SM49BAMCA0cAMEQCIF3oAMFCBFyqIveqaO3HUheSN4w6GftwXO12+bzJwyjuAiBh
EIsQhyPDDreMQwlWloiKmeQXla4SMGZF1oovRcswAQ==
-----END CERTIFICATE-----
`;

export const SERVICES_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7paPb23KheA3PDIn
kcX6vjyUo2agPzRJQlkHAMD164qhRANCAATv5IQ8qN43XkZg2tUdwFo3ov2pb7JX
BdeUK9hrylmTVhee5zNpWqTWfNv69PemHDDyfat/CielOsmHi1AEre9H
-----END PRIVATE KEY-----
`;
