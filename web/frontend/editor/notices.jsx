// What one must know before one goes on drawing.
export function Overtaken({ by, mine, theirs }) {
  return (
    <div class="notice notice--warning" role="alert">
      <h2 class="notice__title"><strong>{by.by ?? "Någon annan"} har sparat under tiden</strong>{by.at && ` (${by.at})`}</h2>
      <p>Ditt är inte borta: det finns kvar här och som en egen version i utkastet. Vad ska gälla?</p>
      <p class="actions">
        <button type="button" class="button" onClick={theirs}>Visa det som {by.by ?? "den andra"} har sparat</button>
        <button type="button" class="button button--secondary" onClick={mine}>Behåll mitt, spara det ovanpå</button>
      </p>
    </div>
  );
}

export function Kept({ when, take, drop }) {
  return (
    <div class="notice notice--warning" role="alert">
      <p>Det du ritade klockan {when} hann aldrig sparas. Det finns kvar i webbläsaren.</p>
      <p class="actions">
        <button type="button" class="button" onClick={take}>Ta tillbaka det</button>
        <button type="button" class="button button--secondary" onClick={drop}>Kasta det</button>
      </p>
    </div>
  );
}

export function Warnings({ lost, changed, isBare, hadLanes }) {
  return (
    <>
      {changed && <p class="notice">Några id:n i filen gick inte att använda som de var: de hade otillåtna tecken, fanns två gånger eller pekade fel. De får nya när du sparar.</p>}
      {isBare && <p class="notice">Filen hade ingen bild, så den har ritats ut automatiskt. {hadLanes ? "Poolerna och banorna finns kvar i filen, men syns inte i bilden. Vem som gör en uppgift går att välja på den." : "Flytta det som du vill ha på ett annat ställe."}</p>}
      {lost.length > 0 && (
        <details class="notice notice--warning">
          <summary>Något i filen är inte BPMN, och försvinner ur den när du sparar ({lost.length})</summary>
          <ul>{lost.map((each) => <li key={each} lang="en">{each}</li>)}</ul>
        </details>
      )}
    </>
  );
}
