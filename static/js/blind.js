// A blind look by keyboard.

import { listen } from "./keys.js";

listen();
