// What stands beside the drawing while tokens move on it: the same in words, and what one can let happen.
import { useEffect, useRef } from "preact/hooks";
import { Check, Note } from "./fields.jsx";
import { called, kindOf } from "./kinds.js";
import { bo } from "./model.js";
import { wayCalled } from "./player.js";

const several = (count) => (count > 1 ? ` (${count})` : "");

const FEW = 3;

function Offer({ element, list, count, show, happen }) {
  const name = called(bo(element));
  return (
    <fieldset class="playing__choice">
      <legend><button type="button" class="link-button" onClick={() => show(element)}>{name}</button>{several(count)}</legend>
      <p class="prop__hint">{kindOf(element)}{list[0].way && ". Vilken väg?"}</p>
      <p class="actions">{list.map((choice) => <button type="button" class="button" key={choice.key} onClick={() => happen(choice)} aria-label={`${choice.words}: ${name}`}>{choice.words}</button>)}</p>
    </fieldset>
  );
}

export function Playing({ player, show, end }) {
  const { choices, places, moving, told } = player;
  const top = useRef(null);
  useEffect(() => { top.current?.focus(); }, []);
  // The button that was pressed is gone when what it said has happened.
  const happen = (choice) => { player.act(choice); top.current.focus(); };
  const byElement = new Map();
  for (const choice of choices) byElement.set(choice.element, [...(byElement.get(choice.element) ?? []), choice]);
  const isBegun = places.size > 0;
  const here = [...byElement].filter(([element]) => !isBegun || places.has(element));
  const events = [...byElement].filter(([element]) => isBegun && !places.has(element));
  const standing = [...places].filter(([element]) => !byElement.has(element));
  const offer = ([element, list]) => <Offer key={element.id} element={element} list={list} count={places.get(element)} show={show} happen={happen} />;
  const isDone = told.length > 0 && !moving && places.size === 0;
  return (
    <div class="playing">
      <h2 class="panel__kind" ref={top} tabIndex={-1}>Spela upp</h2>
      <p class="playing__buttons">
        {player.isPaused
          ? <button type="button" class="button button--secondary" onClick={() => player.play()}>Spela</button>
          : <button type="button" class="button button--secondary" onClick={() => player.pause()}>Pausa</button>}
        <button type="button" class="button button--secondary" onClick={() => player.step()}>Ett steg</button>
        <button type="button" class="button button--secondary" onClick={() => player.reset()}>Börja om</button>
        <button type="button" class="button button--secondary" onClick={end}>Sluta spela</button>
      </p>
      <p class="visually-hidden" role="status">{[told.at(-1)?.words, isDone && "Allt är klart.", moving > 0 && player.isPaused && "Pausat."].filter(Boolean).join(". ")}</p>
      {moving > 0 && <Note>{moving === 1 ? "En är på väg" : `${moving} är på väg`}{player.isPaused && ": tryck Ett steg eller Spela"}.</Note>}
      {isDone && <Note><strong>Allt är klart.</strong> Börja om för att pröva en annan väg.</Note>}
      {here.map(offer)}
      {events.length > 0 && (
        <details class="prop-group" open={events.length <= FEW}>
          <summary>Kan hända ({events.length})</summary>
          <div class="prop-group__body">{events.map(offer)}</div>
        </details>
      )}
      {standing.length > 0 && (
        <details class="prop-group" open={standing.length <= FEW}>
          <summary>Pågår och väntar ({standing.length})</summary>
          <ul class="plain">{standing.map(([element, count]) => <li key={element.id}><button type="button" class="link-button" onClick={() => show(element)}>{called(bo(element))}</button>{several(count)} <span class="soft">{kindOf(element)}</span></li>)}</ul>
        </details>
      )}
      {player.several.map(({ element, ways, chosen }) => (
        <fieldset class="prop" key={element.id}>
          <legend>Vägar vid {called(bo(element))}</legend>
          {ways.map((way) => <Check key={way.id} label={wayCalled(way)} value={chosen.includes(way)} set={(isOn) => player.choose(element, way, isOn)} />)}
        </fieldset>
      ))}
      {told.length > 0 && (
        <details class="prop-group" open>
          <summary>Det här har hänt</summary>
          <ol class="playing__told" reversed start={told.length}>{[...told].reverse().map((each) => <li key={each.number}>{each.words}</li>)}</ol>
        </details>
      )}
      <Note>Bilden spelas upp som den är ritad, utan formulär, villkor och klocka. <em>Prova</em> i utkastet kör förloppet på riktigt.</Note>
    </div>
  );
}
