import { playFirstHour } from '../first-hour.ts';

playFirstHour('others');
