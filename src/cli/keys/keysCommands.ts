import { type Registrar, withJson } from '../registrar.ts';
import { makeKey } from './makeKeyCommand.ts';
import { showBundle } from './showBundleCommand.ts';
import { showKey } from './showKeyCommand.ts';
import { signBundle } from './signBundleCommand.ts';

/** `loadgate keys make | show | sign-bundle | show-bundle` */
export function addKeysCommands(registrar: Registrar): void {
  const keys = registrar.group('keys', 'Make and show keys, sign and check trust bundles.');
  const makes = keys
    .add('make', 'Make a private key (Ed25519, PEM). Never replaces a file.', makeKey, [
      'loadgate keys make root.key',
      'loadgate keys make party.key --json',
    ])
    .argument('<file>', 'where to write it, readable by its user alone');
  withJson(makes, 'its id and its public key');

  const shows = keys
    .add('show', 'Show the id and the public key of a private key, or of public keys.', showKey, [
      'loadgate keys show party.key',
      'loadgate keys show --pem root.key > root-keys.pem',
    ])
    .argument('<file>', 'PEM, Ed25519')
    .option('--pem', 'print the public key as PEM, for trust.rootKeysFile and for descriptions of bundles');
  withJson(shows, 'them');

  const signs = keys
    .add(
      'sign-bundle',
      'Sign a trust bundle: who may give commands to gateways, and who may no more.',
      signBundle,
      ['loadgate keys sign-bundle config/trust.jsonc --key root.key --output trust.jws'],
    )
    .argument('<description>', 'JSON with comments, as config/trust.jsonc')
    .requiredOption('--key <file>', 'private key of the root (PEM, Ed25519)')
    .requiredOption('--output <file>', 'where to write; a file of this name is replaced');
  withJson(signs, 'what was signed');

  const checks = keys
    .add('show-bundle', 'Check a trust bundle as a gateway does, and show whom it names.', showBundle, [
      'loadgate keys show-bundle trust.jws --root root-keys.pem',
      'loadgate keys show-bundle trust.jws --root root-keys.pem --json',
    ])
    .argument('<file>', 'the signed bundle')
    .requiredOption('--root <file>', 'public keys of the root (PEM, Ed25519)');
  withJson(checks, 'the bundle');
}
