"""The economy system: invoices of vaccinations, from the vaccination register's file."""
