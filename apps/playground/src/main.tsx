import './ui/styles.css';
import { start } from './start.ts';

// The page has been painted by now, from its HTML and CSS alone: see index.html.
void start();
