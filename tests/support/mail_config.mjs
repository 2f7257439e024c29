// The configuration of a gateway that reads mailboxes of a Dovecot for our domain, example.test.

// `options`: further lines of the connector's options, `connectors`: further entries, a line each. `port`: of what stands between.
export const mailConfig = (server, users, { options = [], connectors = [], region = 'US', port = server.port, tls = 'starttls' } = {}) => `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: ${region} }
api: { tokens: [ { name: test, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - name: mail
    type: imap
    pack: mail
    settings: { own: [ "@example.test" ] }
    options:
      host: 127.0.0.1
      port: ${port}
      tls: ${tls}
      tls_ca: ${server.certificate}
      password: secret
      mailboxes: [ ${users.map((user) => `{ user: ${user} }`).join(', ')} ]
${options.map((line) => `      ${line}\n`).join('')}${connectors.map((line) => `  - ${line}\n`).join('')}`;
