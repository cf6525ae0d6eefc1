"""What one calls a browser, by what it says that it is: enough to know one's own in a list."""

BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox"}
BROWSERS |= {"FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "Chromebook"}
SYSTEMS |= {"Macintosh": "Mac", "Linux": "Linux"}


def name(said: str) -> str:
    """Most say that they are several: the first that is found counts."""
    browser = next((name for mark, name in BROWSERS.items() if mark in said), "Webbläsare")
    system = next((name for mark, name in SYSTEMS.items() if mark in said), "")
    return f"{browser} på {system}" if system else browser
