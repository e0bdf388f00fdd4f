import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('desk');
if (root === null) throw new Error('index.html: expected an element with the id "desk", found none');
render(<App />, root);
